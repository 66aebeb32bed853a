namespace Testbed.Explorer;

/// <summary>
/// How large a failing execution is. What is chosen comes first, since it makes the heap and the options; then the
/// schedule, by what is hardest to follow.
/// </summary>
/// <param name="Chosen">How many choices are not 0.</param>
/// <param name="Sum">The sum of all choices.</param>
/// <param name="Preemptions">How often a thread has to wait that could have gone on.</param>
/// <param name="Steps">How many steps there are.</param>
/// <param name="Turns">How often one thread goes on after another.</param>
/// <param name="Choices">How many choices there are.</param>
internal readonly record struct ShrinkSize(
    int Chosen, long Sum, int Preemptions, int Steps, int Turns, int Choices) : IComparable<ShrinkSize>
{
    /// <inheritdoc/>
    public int CompareTo(ShrinkSize other)
        => (Chosen, Sum, Preemptions, Steps, Turns, Choices).CompareTo(
            (other.Chosen, other.Sum, other.Preemptions, other.Steps, other.Turns, other.Choices));

    public static bool operator <(ShrinkSize left, ShrinkSize right) => left.CompareTo(right) < 0;

    public static bool operator >(ShrinkSize left, ShrinkSize right) => left.CompareTo(right) > 0;
}
