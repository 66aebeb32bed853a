namespace Testbed.Collector;

/// <summary>There is no room for an allocation, even after a collection. The world stays usable.</summary>
public sealed class HeapExhaustedException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public HeapExhaustedException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was asked for and what there is.</param>
    public HeapExhaustedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the one that led to it.</summary>
    /// <param name="message">What was asked for and what there is.</param>
    /// <param name="innerException">The exception that led to it.</param>
    public HeapExhaustedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
