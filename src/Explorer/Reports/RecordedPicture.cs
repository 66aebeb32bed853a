using Testbed.Sync;

namespace Testbed.Explorer;

/// <summary>A picture that the program drew of its state in a recorded execution.</summary>
/// <param name="Step">It was drawn after this step and all that belongs to it.</param>
/// <param name="Picture">The picture.</param>
public sealed record RecordedPicture(int Step, StatePicture Picture);
