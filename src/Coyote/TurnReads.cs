namespace Testbed.Coyote;

/// <summary>
/// The places that a thread has read since its last <see cref="Sync.ISync.Spin"/>. When there are too many to remember
/// they count as everything: a turn too many costs steps, one too few would be a false report.
/// </summary>
internal sealed class TurnReads
{
    private const int Capacity = 16;

    private readonly (nint Start, nint Bytes)[] _places = new (nint, nint)[Capacity];
    private int _count;

    /// <summary>Notes a read.</summary>
    internal void Add(nint start, nint bytes)
    {
        if (_count < Capacity)
        {
            _places[_count] = (start, bytes);
        }

        _count = Math.Min(_count + 1, Capacity + 1);
    }

    /// <summary>Whether a change of a place changes something that was read.</summary>
    internal bool Contains(nint start, nint bytes)
    {
        if (_count > Capacity)
        {
            return true;
        }

        foreach ((nint place, nint size) in _places.AsSpan(0, _count))
        {
            if (start < place + size && place < start + bytes)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A new turn begins.</summary>
    internal void Clear() => _count = 0;
}
