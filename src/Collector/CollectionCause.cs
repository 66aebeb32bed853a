namespace Testbed.Collector;

/// <summary>Why a collection was asked for.</summary>
public enum CollectionCause
{
    /// <summary>The heap has grown so far that one is due.</summary>
    Growth,

    /// <summary>The last one is old.</summary>
    Age,

    /// <summary>A goroutine wants it.</summary>
    Request,
}
