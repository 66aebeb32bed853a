namespace Testbed.Cli;

/// <summary>What the user gave is wrong. The command shows the message alone and ends with exit code 2.</summary>
internal sealed class InputException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, and what would be right.</param>
    public InputException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the one that led to it.</summary>
    /// <param name="message">What is wrong, and what would be right.</param>
    /// <param name="innerException">The exception that led to it.</param>
    public InputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
