namespace Testbed.Sync;

/// <summary>Boxes of a <see cref="StatePicture"/> that belong together, in their order.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Boxes">The boxes.</param>
public sealed record PictureGroup(string Name, IReadOnlyList<PictureBox> Boxes);
