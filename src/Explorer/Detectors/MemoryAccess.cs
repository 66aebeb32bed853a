namespace Testbed.Explorer;

/// <summary>An access to some bytes of a word that later ones may race with, or what was released there.</summary>
internal struct MemoryAccess
{
    /// <summary>The next one of the same word; 0 for none.</summary>
    internal int Next;

    /// <summary>A bit for each byte of the word that it is still about.</summary>
    internal byte Bytes;

    /// <summary>What it may not race with.</summary>
    internal AccessKind Kind;

    /// <summary>The thread.</summary>
    internal int Thread;

    /// <summary>The thread's own time; of what was released, the clock.</summary>
    internal int Clock;

    /// <summary>Its locks, by <see cref="HeldLocks"/>.</summary>
    internal int Locks;

    /// <summary>What it did, as reports call it.</summary>
    internal string Operation;

    /// <summary>The source file.</summary>
    internal string File;

    /// <summary>The line in it.</summary>
    internal int Line;

    /// <summary>How many bytes <see cref="Value"/> has; 0 if it is of a range, and there is no value.</summary>
    internal byte Size;

    /// <summary>What it wrote, or read if it wrote nothing.</summary>
    internal ulong Value;
}
