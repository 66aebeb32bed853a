namespace Testbed.Collector;

/// <summary>A part of the roots, which one worker looks at.</summary>
/// <param name="Number">The job's number in this collection, from 0.</param>
/// <param name="Kind">The kind of all its roots.</param>
/// <param name="First">The first of them, counted among those of the kind from 0.</param>
/// <param name="End">One behind the last of them; <paramref name="First"/> if there is none.</param>
public readonly record struct RootJob(long Number, RootJobKind Kind, long First, long End);
