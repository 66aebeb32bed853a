namespace Testbed.Explorer;

/// <summary>
/// How large a failing execution is, by what is hardest to follow: preemptions come first; then what is chosen, since it
/// makes the heap and the options; then the rest of the schedule.
/// </summary>
/// <param name="Preemptions">How often a thread has to wait that could have gone on.</param>
/// <param name="Chosen">How many choices are not 0.</param>
/// <param name="Sum">The sum of all choices.</param>
/// <param name="Steps">How many steps there are.</param>
/// <param name="Turns">How often one thread goes on after another.</param>
/// <param name="Choices">How many choices there are.</param>
internal readonly record struct ShrinkSize(
    int Preemptions, int Chosen, long Sum, int Steps, int Turns, int Choices) : IComparable<ShrinkSize>
{
    /// <inheritdoc/>
    public int CompareTo(ShrinkSize other)
        => (Preemptions, Chosen, Sum, Steps, Turns, Choices).CompareTo(
            (other.Preemptions, other.Chosen, other.Sum, other.Steps, other.Turns, other.Choices));

    public static bool operator <(ShrinkSize left, ShrinkSize right) => left.CompareTo(right) < 0;

    public static bool operator >(ShrinkSize left, ShrinkSize right) => left.CompareTo(right) > 0;
}
