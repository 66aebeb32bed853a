namespace Testbed.Collector;

/// <summary>
/// Unwinds a goroutine whose world has failed elsewhere: what failed is thrown by <see cref="World{TSync}.Run(Func{Goroutine{TSync}, GoroutineTask})"/>.
/// </summary>
public sealed class WorldFailedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public WorldFailedException()
        : base("the world has failed; the first failure is thrown by Run")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    public WorldFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the one that led to it.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The exception that led to it.</param>
    public WorldFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
