namespace Testbed.Explorer;

/// <summary>A file is no trace that this version reads. The message says why.</summary>
public sealed class TraceFormatException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public TraceFormatException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong with the file.</param>
    public TraceFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the one that led to it.</summary>
    /// <param name="message">What is wrong with the file.</param>
    /// <param name="innerException">The exception that led to it.</param>
    public TraceFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
