namespace Testbed.Sync;

/// <summary>A reference between two boxes of a <see cref="StatePicture"/>.</summary>
/// <param name="From">The <see cref="PictureBox.Id"/> of the one that refers.</param>
/// <param name="To">That of the one that it refers to.</param>
/// <param name="IsCertain">Whether it is known to be a reference; else it is a word that looks like one.</param>
public sealed record PictureArrow(string From, string To, bool IsCertain);
