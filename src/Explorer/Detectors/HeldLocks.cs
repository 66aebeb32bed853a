using System.Text;

namespace Testbed.Explorer;

/// <summary>
/// The locks that each thread holds, as chains that share their tails, so that an access can note all of them by one
/// number.
/// </summary>
internal sealed class HeldLocks
{
    private Link[] _links = new Link[64];
    private int _count = 1;
    private int[] _held = new int[8];

    /// <summary>The locks that a thread holds now; 0 for none.</summary>
    internal int Of(int thread) => _held[thread];

    /// <summary>A thread begins.</summary>
    internal void Begin(int thread)
    {
        if (thread == _held.Length)
        {
            Array.Resize(ref _held, 2 * thread);
        }

        _held[thread] = 0;
    }

    /// <summary>A thread has taken a lock.</summary>
    internal void Enter(int thread, int mutex, string file, int line)
        => _held[thread] = Add(new Link(_held[thread], mutex, file, line));

    /// <summary>A thread gives a lock back that it holds.</summary>
    internal void Exit(int thread, int mutex) => _held[thread] = Without(_held[thread], mutex);

    /// <summary>The lock that was taken last of some, and where, and the number of the others.</summary>
    internal Link this[int locks] => _links[locks];

    /// <summary>A new execution begins.</summary>
    internal void Reset() => _count = 1;

    /// <summary>What reports say of some locks.</summary>
    /// <param name="locks">Their number.</param>
    /// <param name="mutexes">The locks of the execution.</param>
    internal string Describe(int locks, IReadOnlyList<MutexState> mutexes)
    {
        if (locks == 0)
        {
            return "holding no lock";
        }

        var text = new StringBuilder("holding");
        for (int rest = locks; rest != 0; rest = _links[rest].Others)
        {
            Link link = _links[rest];
            text.Append(rest == locks ? " " : " and ")
                .Append($"lock '{mutexes[link.Mutex].Name}', taken at {SourceText.Of(link.File, link.Line)}");
        }

        return text.ToString();
    }

    /// <summary>Locks are seldom given back in another order than the reverse, so few links are made anew.</summary>
    private int Without(int locks, int mutex)
    {
        Link link = _links[locks];
        return link.Mutex == mutex ? link.Others : Add(link with { Others = Without(link.Others, mutex) });
    }

    private int Add(in Link link)
    {
        if (_count == _links.Length)
        {
            Array.Resize(ref _links, 2 * _count);
        }

        _links[_count] = link;
        return _count++;
    }

    /// <summary>A lock that is held, and those that were taken before it.</summary>
    /// <param name="Others">The number of those.</param>
    /// <param name="Mutex">The lock.</param>
    /// <param name="File">Where it was taken.</param>
    /// <param name="Line">The line in it.</param>
    internal readonly record struct Link(int Others, int Mutex, string File, int Line);
}
