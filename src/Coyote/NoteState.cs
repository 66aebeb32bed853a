namespace Testbed.Coyote;

/// <summary>A note of an execution. Only the thread whose turn it is looks at it.</summary>
/// <param name="name">What reports call it.</param>
internal sealed class NoteState(string name)
{
    internal string Name { get; } = name;

    internal bool IsWoken { get; set; }

    internal bool IsDestroyed { get; set; }
}
