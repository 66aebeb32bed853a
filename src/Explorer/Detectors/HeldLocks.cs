using System.Text;

namespace Testbed.Explorer;

/// <summary>
/// The locks that each thread holds, as chains that share their tails, so that an access can note all of them by one
/// number.
/// </summary>
internal sealed class HeldLocks
{
    /// <summary>By number; number 0 is no lock.</summary>
    private Link[] _links = [.. Enumerable.Repeat(new Link(0, -1, "", 0), 64)];
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

    /// <summary>Whether a lock is one of some.</summary>
    internal bool Contains(int locks, int mutex)
    {
        while (locks != 0 && _links[locks].Mutex != mutex)
        {
            locks = _links[locks].Others;
        }

        return locks != 0;
    }

    /// <summary>Whether some and some others have one in common.</summary>
    internal bool HaveCommon(int locks, int others)
    {
        while (locks != 0 && !Contains(others, _links[locks].Mutex))
        {
            locks = _links[locks].Others;
        }

        return locks != 0;
    }

    /// <summary>Whether some and some others are the same, taken in the same order.</summary>
    internal bool AreSame(int locks, int others)
    {
        while (locks != others && _links[locks].Mutex == _links[others].Mutex)
        {
            locks = _links[locks].Others;
            others = _links[others].Others;
        }

        return locks == others;
    }

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
    private readonly record struct Link(int Others, int Mutex, string File, int Line);
}
