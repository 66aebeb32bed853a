namespace Testbed.Bench.MarkLoop;

/// <summary>How the objects of a <see cref="MarkedGraph"/> hang together.</summary>
internal enum GraphShape
{
    /// <summary>Objects of eight words, four of them pointers to random others.</summary>
    Random,

    /// <summary>Objects of two words, each with the only pointer to the next, scattered over the heap.</summary>
    Chain,

    /// <summary>One array of pointers to objects of two words, in the order of their addresses.</summary>
    Wide,
}
