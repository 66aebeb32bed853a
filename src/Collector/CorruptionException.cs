namespace Testbed.Collector;

/// <summary>
/// An invariant of the collector is broken: a bug of the collector, or of somebody who wrote into its memory. The
/// world must not be used any more. What the seed answers with <c>throw</c>.
/// </summary>
public sealed class CorruptionException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public CorruptionException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The invariant and the state that breaks it.</param>
    public CorruptionException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the one that led to it.</summary>
    /// <param name="message">The invariant and the state that breaks it.</param>
    /// <param name="innerException">The exception that led to it.</param>
    public CorruptionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
