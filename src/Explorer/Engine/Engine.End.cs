namespace Testbed.Explorer;

/// <summary>What an execution is judged by when it has come to its end: what it leaves behind above all.</summary>
internal sealed unsafe partial class Engine
{
    /// <summary>So many leaks are named; of the others a report says how many there are.</summary>
    private const int NamedLeaks = 8;

    /// <summary>All threads have ended, and nothing has failed so far.</summary>
    private void CheckEnd()
    {
        if (_inversion is not null)
        {
            _ = Fail(FailureKind.LockOrder, null, _inversion);
        }
        else if (_reportLeaks)
        {
            FindLeaks();
        }
    }

    /// <summary>Fails if something was not given back.</summary>
    private void FindLeaks()
    {
        var leaks = new List<string>();
        for (int number = 1; number < _region.Count; number++)
        {
            ref Allocation allocation = ref _region[number];
            if (!allocation.IsFreed)
            {
                leaks.Add($"block {allocation.Name}{At(allocation.File, allocation.Line)} was not freed");
            }
        }

        leaks.AddRange(_mutexes.Take(_mutexCount)
            .Where(mutex => !mutex.IsDestroyed)
            .Select(mutex => $"lock '{mutex.Name}' was not destroyed"));
        leaks.AddRange(_notes.Take(_noteCount)
            .Where(note => !note.IsDestroyed)
            .Select(note => $"note '{note.Name}' was not destroyed"));
        leaks.AddRange(_threads.Take(_threadCount)
            .Where(thread => thread.Id != 0 && !thread.IsJoined)
            .Select(thread => $"thread '{thread.Name}' was not joined"));
        if (leaks.Count > 0)
        {
            int others = leaks.Count - NamedLeaks;
            string rest = others > 0 ? $"\n  and {others} more" : "";
            _ = Fail(
                FailureKind.Leak,
                null,
                $"left behind at the end:{string.Concat(leaks.Take(NamedLeaks).Select(leak => "\n  " + leak))}{rest}");
        }
    }
}
