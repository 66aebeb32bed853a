namespace Testbed.Explorer;

/// <summary>
/// What a thread has read since its last <see cref="Sync.ISync.Spin"/>. When there is too much to remember it counts
/// as everything.
/// </summary>
internal sealed class TurnReads
{
    private const int Capacity = 16;

    private readonly Entry[] _entries = new Entry[Capacity];
    private int _count;
    private bool _everything;
    private long _everythingSince;

    /// <summary>Whether it remembers all.</summary>
    internal bool AreKnown => !_everything;

    /// <summary>Notes a read.</summary>
    /// <param name="start">The first byte.</param>
    /// <param name="bytes">How many bytes.</param>
    /// <param name="writes">How many changes the log had counted at the time.</param>
    internal void Add(ulong start, ulong bytes, long writes)
    {
        if (_count < Capacity)
        {
            _entries[_count++] = new Entry(start, bytes, writes);
        }
        else if (!_everything)
        {
            _everything = true;
            _everythingSince = writes;
        }
    }

    /// <summary>Whether another thread has changed something since the thread read it.</summary>
    internal bool Changed(WriteLog log, int thread)
    {
        if (_everything && log.ChangedSince(_everythingSince, thread, 0, ulong.MaxValue))
        {
            return true;
        }

        for (int i = 0; i < _count; i++)
        {
            if (log.ChangedSince(_entries[i].Writes, thread, _entries[i].Start, _entries[i].Bytes))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a change of a place changes something that the thread has read.</summary>
    internal bool Contains(ulong start, ulong bytes)
    {
        if (_everything)
        {
            return true;
        }

        for (int i = 0; i < _count; i++)
        {
            if (WriteLog.Overlap(_entries[i].Start, _entries[i].Bytes, start, bytes))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The addresses that were read, without repetition, in the order of the reads.</summary>
    internal IEnumerable<ulong> Places() => _entries.Take(_count).Select(entry => entry.Start).Distinct();

    /// <summary>A new turn begins.</summary>
    internal void Clear()
    {
        _count = 0;
        _everything = false;
    }

    private readonly record struct Entry(ulong Start, ulong Bytes, long Writes);
}
