namespace Testbed.Explorer;

/// <summary>Two steps of one execution that could be the other way round, with nothing between them.</summary>
/// <param name="First">Where on the path the first one is.</param>
/// <param name="Second">Where the second one is; behind the end if it was not taken.</param>
/// <param name="Moved">The second step as it is in the place of the first.</param>
/// <param name="Thread">The number of its thread.</param>
internal readonly record struct Race(int First, int Second, Step Moved, int Thread);
