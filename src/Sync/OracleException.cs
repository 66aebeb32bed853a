namespace Testbed.Sync;

/// <summary>A test's own check failed: what the code under test did is wrong, though it threw nothing itself.</summary>
public sealed class OracleException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public OracleException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was expected and what was found.</param>
    public OracleException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the one that led to it.</summary>
    /// <param name="message">What was expected and what was found.</param>
    /// <param name="innerException">The exception that led to it.</param>
    public OracleException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Throws when <paramref name="condition"/> is false.</summary>
    /// <param name="condition">What must hold.</param>
    /// <param name="message">What was expected and what was found.</param>
    /// <exception cref="OracleException">The condition does not hold.</exception>
    public static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new OracleException(message);
        }
    }
}
