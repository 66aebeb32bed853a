namespace Testbed.Explorer;

/// <summary>What an execution did that none of an earlier round had done.</summary>
/// <param name="constraints">What it was to try.</param>
/// <param name="pairs">The reads, by what they read from, in order.</param>
/// <param name="writes">The writes, in order.</param>
internal sealed class ReadsFromFinding(
    IReadOnlyList<ReadsFromConstraint> constraints,
    IReadOnlyList<ReadsFrom> pairs,
    IReadOnlyList<AbstractEvent> writes)
    : Lesson
{
    /// <summary>What it was to try.</summary>
    internal IReadOnlyList<ReadsFromConstraint> Constraints => constraints;

    /// <summary>The reads, by what they read from, in order.</summary>
    internal IReadOnlyList<ReadsFrom> Pairs => pairs;

    /// <summary>The writes, in order.</summary>
    internal IReadOnlyList<AbstractEvent> Writes => writes;

    /// <inheritdoc/>
    internal override void AddTo(Experience experience) => experience.ReadsFrom.Book(this);
}
