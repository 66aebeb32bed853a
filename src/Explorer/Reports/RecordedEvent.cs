namespace Testbed.Explorer;

/// <summary>Something that a thread did in a recorded execution.</summary>
/// <param name="Step">
/// The number of the step, from 1; for what is no step of its own, that of the step before it.
/// </param>
/// <param name="Thread">The thread's index in <see cref="RecordedExecution.Threads"/>.</param>
/// <param name="IsStep">Whether it was a step, before which another thread could have run.</param>
/// <param name="Operation">What was done, in kebab case, such as <c>compare-exchange</c>.</param>
/// <param name="Location">The name of the location, lock, note or thread that it was done to; empty if none.</param>
/// <param name="Before">The value before it, or empty.</param>
/// <param name="After">The value after it; empty if it does not write.</param>
/// <param name="Note">What else there is to say of it; empty if nothing.</param>
/// <param name="File">The source file, or empty.</param>
/// <param name="Line">The line in it, or 0.</param>
public sealed record RecordedEvent(
    int Step,
    int Thread,
    bool IsStep,
    string Operation,
    string Location,
    string Before,
    string After,
    string Note,
    string File,
    int Line)
{
    /// <summary>What it was done to.</summary>
    public RecordedPlace Place { get; init; }

    /// <summary>Whether it looked at memory.</summary>
    public bool Reads { get; init; }

    /// <summary>Whether it wrote memory; an allocation writes all of its block, and a free ends all of it.</summary>
    public bool Writes { get; init; }
}
