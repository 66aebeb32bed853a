namespace Testbed.Coyote;

/// <summary>A lock of an execution. Only the thread whose turn it is looks at it.</summary>
/// <param name="name">What reports call it.</param>
internal sealed class MutexState(string name)
{
    internal string Name { get; } = name;

    /// <summary>Who holds it, or null.</summary>
    internal ControlledThread? Holder { get; set; }

    internal bool IsDestroyed { get; set; }
}
