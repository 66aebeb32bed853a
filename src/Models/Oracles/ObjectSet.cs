namespace Testbed.Models.Oracles;

/// <summary>A set of addresses of objects, one bit a word of the arena.</summary>
internal sealed class ObjectSet
{
    private const int WordShift = 3;
    private const int GroupShift = 6;

    private ulong[] _groups = [];
    private nint _start;

    /// <summary>Empties the set.</summary>
    /// <param name="start">The least address that it can hold.</param>
    /// <param name="end">The address behind the greatest.</param>
    internal void Clear(nint start, nint end)
    {
        long groups = ((end - start) >> (WordShift + GroupShift)) + 1;
        if (_groups.Length < groups)
        {
            _groups = new ulong[Math.Max(groups, 2L * _groups.Length)];
        }
        else
        {
            Array.Clear(_groups, 0, (int)groups);
        }

        _start = start;
    }

    /// <summary>Adds an address.</summary>
    /// <param name="address">A multiple of 8.</param>
    /// <returns>False if it was there already.</returns>
    internal bool Add(nint address)
    {
        ulong bit = BitOf(address, out nint group);
        if ((_groups[group] & bit) != 0)
        {
            return false;
        }

        _groups[group] |= bit;
        return true;
    }

    /// <summary>Whether an address is there.</summary>
    /// <param name="address">A multiple of 8.</param>
    internal bool Contains(nint address) => (BitOf(address, out nint group) & _groups[group]) != 0;

    private ulong BitOf(nint address, out nint group)
    {
        nint word = (address - _start) >> WordShift;
        group = word >> GroupShift;
        return 1UL << (int)(word & ((1 << GroupShift) - 1));
    }
}
