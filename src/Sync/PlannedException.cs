namespace Testbed.Sync;

/// <summary>
/// A failure that a test causes on purpose, to see what the code under test makes of it. To an engine it is no finding.
/// </summary>
public sealed class PlannedException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public PlannedException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What the test does.</param>
    public PlannedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the one that led to it.</summary>
    /// <param name="message">What the test does.</param>
    /// <param name="innerException">The exception that led to it.</param>
    public PlannedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
