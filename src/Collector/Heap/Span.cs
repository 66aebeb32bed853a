using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>What a span is. The seed's <c>MSpanInUse</c> and so on; dead is zero, so that a fresh one is none.</summary>
internal enum SpanState
{
    /// <summary>Describes no pages; waits to be used again.</summary>
    Dead = 0,

    /// <summary>Free pages, on a list of the page heap.</summary>
    Free,

    /// <summary>Holds objects.</summary>
    InUse,
}

/// <summary>
/// A run of pages, in memory of the seam; freed only with its heap, so that whoever follows a stale pointer finds it
/// readable. The seed's <c>MSpan</c>.
/// </summary>
/// <remarks>
/// Pages and state change under the page heap's lock, while <see cref="Heap{TSync}.FindSpan"/> may look from any
/// thread: those fields are racy. That a span is in use is published last and read first; whoever reads that it is not
/// looks no further, so nothing else need be in order with that.
/// </remarks>
internal unsafe struct Span
{
    /// <summary>The next on the one list that it is on; under that list's lock.</summary>
    internal Span* Next;

    /// <summary>The one before, or null if it is the first; under that list's lock.</summary>
    internal Span* Previous;

    /// <summary>The address of its first byte. Racy.</summary>
    internal nint Start;

    /// <summary>The address behind its last whole object. Racy.</summary>
    internal nint Limit;

    /// <summary>The bytes of an object. Racy.</summary>
    internal nuint ElementSize;

    /// <summary>Under the page heap's lock to change. Racy, but volatile where it becomes <see cref="SpanState.InUse"/>.</summary>
    internal SpanState State;

    /// <summary>The size class, 0 for a large object; constant while in use.</summary>
    internal int SizeClass;

    /// <summary>How many pages; under the page heap's lock to change.</summary>
    internal nint PageCount;

    /// <summary>How many objects it has room for; constant while in use.</summary>
    internal int Capacity;

    /// <summary>How many objects are allocated or in a thread cache; under the central list's lock. The seed's <c>ref</c>.</summary>
    internal int References;

    /// <summary>The first free object that is in no thread cache, or 0; under the central list's lock.</summary>
    internal nint FreeList;

    /// <summary>
    /// The types of its objects, as <see cref="SpanTypes{TSync}"/> keeps them: changed by the owner of the cache that its
    /// free objects are in, who publishes a table by a volatile write; read by others at any time. The seed's
    /// <c>MTypes</c>.
    /// </summary>
    internal nint Types;

    /// <summary>
    /// The finalizers of its objects, sorted by address; null if none has one, so always while not in use. Under
    /// <see cref="FinalizerLock"/>; while the world is stopped the sweeper's, and read by the collector. The seed's
    /// <c>specials</c>.
    /// </summary>
    internal FinalizerRecord* Finalizers;

    /// <summary>The lock of that list, made with the first finalizer: under the seed's <c>speciallock</c>, then constant.</summary>
    internal Mutex FinalizerLock;

    /// <summary>1 if its pages may hold something other than zeroes; under the page heap's lock. The seed's <c>needzero</c>.</summary>
    internal int NeedsZero;

    /// <summary>Its place among all spans; constant.</summary>
    internal int Index;
}
