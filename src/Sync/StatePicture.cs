namespace Testbed.Sync;

/// <summary>
/// What a program's objects look like at one moment: boxes in groups, and arrows between them. A program draws it of
/// itself, so that whoever explains a failure need know nothing of the program.
/// </summary>
/// <param name="Groups">The boxes.</param>
/// <param name="Arrows">The references between them.</param>
public sealed record StatePicture(IReadOnlyList<PictureGroup> Groups, IReadOnlyList<PictureArrow> Arrows);
