namespace Testbed.Sync;

/// <summary>A box of a <see cref="StatePicture"/>: an object, or a root.</summary>
/// <param name="Id">Names it among all boxes, the same in every picture of an execution.</param>
/// <param name="Label">What stands in the box; a few letters.</param>
/// <param name="Detail">What else there is to say of it.</param>
/// <param name="States">What is known of it.</param>
public sealed record PictureBox(string Id, string Label, string Detail, BoxStates States);
