namespace Testbed.Explorer;

/// <summary>
/// Finds threads that could deadlock, though they did not: each took a lock while it held one that the next of them
/// took (K. Havelund: Using Runtime Analysis to Guide Model Checking of Java Programs, SPIN 2000).
/// </summary>
/// <remarks>
/// It is no inversion if the threads all held one more lock, a gate that lets in only one of them; or if something
/// else than locks orders what they did, such as a start, a join or a note, so that they cannot meet (S. Bensalem,
/// K. Havelund: Dynamic Deadlock Analysis of Multi-threaded Programs, 2005, has start and join only). If what ordered
/// them was chance, there is a schedule in which it does not.
/// </remarks>
/// <param name="order">What happens before what.</param>
/// <param name="locks">Who holds which locks.</param>
internal sealed class LockOrder(HappensBefore order, HeldLocks locks)
{
    private readonly List<Request> _requests = [];
    private readonly List<int> _cycle = [];

    /// <summary>What the last search found: by thread what it held and took, in the order of the cycle.</summary>
    internal IEnumerable<Request> Cycle => _cycle.Select(request => _requests[request]);

    /// <summary>A thread takes a lock.</summary>
    /// <returns>Whether that closes a cycle.</returns>
    internal bool Closes(int thread, int mutex, string file, int line)
    {
        int held = locks.Of(thread);
        if (held == 0 || IsKnown(thread, mutex, held))
        {
            return false;
        }

        _requests.Add(new Request(
            thread, mutex, held, order.TimeWithoutLocks(thread), order.Copy(thread), file, line));
        _cycle.Clear();
        _cycle.Add(_requests.Count - 1);
        return Extend();
    }

    /// <summary>A new execution begins.</summary>
    internal void Reset() => _requests.Clear();

    private bool IsKnown(int thread, int mutex, int held)
    {
        int time = order.TimeWithoutLocks(thread);
        for (int i = _requests.Count - 1; i >= 0; i--)
        {
            Request request = _requests[i];
            if (request.Thread == thread
                && request.Mutex == mutex
                && request.Time == time
                && locks.AreSame(request.Held, held))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Looks for requests that make a cycle of the path so far.</summary>
    private bool Extend()
    {
        int wanted = _requests[_cycle[^1]].Mutex;
        for (int next = 0; next < _requests.Count - 1; next++)
        {
            Request request = _requests[next];
            if (!locks.Contains(request.Held, wanted) || !MayMeetAll(request))
            {
                continue;
            }

            _cycle.Add(next);
            if (locks.Contains(_requests[_cycle[0]].Held, request.Mutex) || Extend())
            {
                return true;
            }

            _cycle.RemoveAt(_cycle.Count - 1);
        }

        return false;
    }

    private bool MayMeetAll(in Request request)
    {
        foreach (int one in _cycle)
        {
            Request other = _requests[one];
            if (other.Thread == request.Thread
                || order.IsBeforeWithoutLocks(request.Thread, request.Time, other.Clock)
                || order.IsBeforeWithoutLocks(other.Thread, other.Time, request.Clock)
                || locks.HaveCommon(request.Held, other.Held))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>That a thread took a lock while it held others.</summary>
    /// <param name="Thread">The thread.</param>
    /// <param name="Mutex">The lock.</param>
    /// <param name="Held">The others, by <see cref="HeldLocks"/>.</param>
    /// <param name="Time">When, by the thread's own time.</param>
    /// <param name="Clock">What the thread knew.</param>
    /// <param name="File">Where.</param>
    /// <param name="Line">The line in it.</param>
    internal readonly record struct Request(
        int Thread, int Mutex, int Held, int Time, int Clock, string File, int Line);
}
