namespace Testbed.Collector;

/// <summary>A function that finalizes objects; constant once registered.</summary>
internal unsafe struct FinalizerFunction
{
    /// <summary>A handle to the delegate.</summary>
    internal nint Body;

    /// <summary>The type of the objects that it takes; null if it takes all. The seed's <c>fint</c>.</summary>
    internal TypeInfo* Parameter;
}
