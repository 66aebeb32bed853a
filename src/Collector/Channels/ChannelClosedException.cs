namespace Testbed.Collector;

/// <summary>A goroutine sends to a closed channel, or closes one again. The seed's panics of that name.</summary>
public sealed class ChannelClosedException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    public ChannelClosedException()
        : base("the channel is closed")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    public ChannelClosedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the one that led to it.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The exception that led to it.</param>
    public ChannelClosedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
