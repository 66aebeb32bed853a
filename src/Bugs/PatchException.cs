namespace Testbed.Bugs;

/// <summary>A patch or a bug's description is malformed, does not apply, or does not compile. The input is at fault.</summary>
public sealed class PatchException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public PatchException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which file and hunk, or which bug, and what is wrong there.</param>
    public PatchException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the one that led to it.</summary>
    /// <param name="message">Which file and hunk, or which bug, and what is wrong there.</param>
    /// <param name="innerException">The exception that led to it.</param>
    public PatchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
