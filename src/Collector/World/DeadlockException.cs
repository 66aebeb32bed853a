namespace Testbed.Collector;

/// <summary>Every goroutine that has not ended waits for another. The seed's "all goroutines are asleep".</summary>
public sealed class DeadlockException : Exception
{
    /// <summary>Creates the exception.</summary>
    public DeadlockException()
        : base("all goroutines are asleep - deadlock")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    public DeadlockException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the one that led to it.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The exception that led to it.</param>
    public DeadlockException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
