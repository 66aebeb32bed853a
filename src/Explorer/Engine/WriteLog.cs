namespace Testbed.Explorer;

/// <summary>The last changes of shared state, for wait loops: did anything that a turn read change since?</summary>
internal sealed class WriteLog
{
    private const int Capacity = 64;

    private Entry[] _entries = new Entry[Capacity];

    /// <summary>Whether no change may be forgotten.</summary>
    internal bool KeepsAll { get; set; }

    /// <summary>How many changes there have been. A write of the value that was there is none.</summary>
    internal long Count { get; private set; }

    /// <summary>Notes a change.</summary>
    internal void Add(int thread, ulong start, ulong bytes)
    {
        if (KeepsAll && Count == _entries.Length)
        {
            Array.Resize(ref _entries, 2 * _entries.Length);
        }

        _entries[Count++ % _entries.Length] = new Entry(thread, start, bytes);
    }

    /// <summary>
    /// Whether a thread other than the given one changed a place since there had been so many changes.
    /// </summary>
    /// <remarks>
    /// True also if the log no longer tells: a turn too many costs steps, one too few a false report.
    /// </remarks>
    internal bool ChangedSince(long count, int thread, ulong start, ulong bytes)
    {
        if (Count - count > _entries.Length)
        {
            return true;
        }

        for (long i = count; i < Count; i++)
        {
            Entry entry = _entries[i % _entries.Length];
            if (entry.Thread != thread && Overlap(entry.Start, entry.Bytes, start, bytes))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether two places have a byte in common.</summary>
    internal static bool Overlap(ulong start, ulong bytes, ulong otherStart, ulong otherBytes)
        => start < otherStart + otherBytes && otherStart < start + bytes;

    /// <summary>Forgets all.</summary>
    internal void Clear() => Count = 0;

    private readonly record struct Entry(int Thread, ulong Start, ulong Bytes);
}
