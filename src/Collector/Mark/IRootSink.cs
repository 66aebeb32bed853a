namespace Testbed.Collector;

/// <summary>Where roots go when they are found.</summary>
internal unsafe interface IRootSink
{
    /// <summary>Adds memory that holds roots.</summary>
    /// <param name="worker">The worker that found it, which is the caller.</param>
    /// <param name="start">The first byte; a multiple of 8.</param>
    /// <param name="bytes">How many bytes; a multiple of 8.</param>
    /// <param name="type">Where its pointers are; null if any word may be one.</param>
    void Add(int worker, nint start, nuint bytes, TypeInfo* type);

    /// <summary>Adds a word that is a root.</summary>
    /// <param name="worker">The worker that found it, which is the caller.</param>
    /// <param name="word">The word.</param>
    void AddWord(int worker, nint* word);
}
