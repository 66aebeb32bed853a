namespace Testbed.Collector;

/// <summary>
/// What an object's finalizer needs: the words that keep objects alive as long as the finalizer may run. The seed's
/// <c>fn</c>, <c>fint</c> and <c>ot</c>.
/// </summary>
internal unsafe struct FinalizerRoots
{
    /// <summary>How many bytes they take: the collector scans them conservatively, as the seed does.</summary>
    internal const int Bytes = 3 * 8;

    /// <summary>What was given with the finalizer: an object of the heap, or null. The seed's <c>fn</c>.</summary>
    internal nint Closure;

    /// <summary>The type that the function takes; null if it takes all. The seed's <c>fint</c>.</summary>
    internal TypeInfo* Parameter;

    /// <summary>The type of the object; null if it has none with pointers. The seed's <c>ot</c>.</summary>
    internal TypeInfo* ObjectType;
}

/// <summary>
/// Says that an object of a span has a finalizer: on the span's list, which is sorted by the objects' places. The
/// seed's <c>SpecialFinalizer</c>.
/// </summary>
/// <remarks>
/// Written by the goroutine that sets the finalizer before it is on the list; then constant but for
/// <see cref="Next"/>, which is under the span's lock, or the sweeper's of the span.
/// </remarks>
internal unsafe struct FinalizerRecord
{
    /// <summary>The record of the next object of the span that has one.</summary>
    internal FinalizerRecord* Next;

    /// <summary>Where the object is.</summary>
    internal nint Target;

    /// <summary>What it calls.</summary>
    internal FinalizerFunction* Function;

    /// <summary>What it needs.</summary>
    internal FinalizerRoots Roots;
}
