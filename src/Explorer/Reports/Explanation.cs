using System.Globalization;

namespace Testbed.Explorer;

/// <summary>A recorded execution with all that its reports say of it.</summary>
internal sealed class Explanation
{
    /// <summary>Works it out.</summary>
    /// <param name="execution">The execution.</param>
    internal Explanation(RecordedExecution execution)
    {
        Execution = execution;
        Causality = new Causality(execution);
        Matters = Relevance.Find(execution, Causality);
        Story = Testbed.Explorer.Story.Tell(execution, Causality, Matters, out IReadOnlyCollection<int> cited);
        foreach (int index in cited)
        {
            Matters[index] = true;
        }
    }

    /// <summary>The execution.</summary>
    internal RecordedExecution Execution { get; }

    /// <summary>What led to what.</summary>
    internal Causality Causality { get; }

    /// <summary>By event: whether it matters to the failure.</summary>
    internal bool[] Matters { get; }

    /// <summary>What happened, in sentences.</summary>
    internal IReadOnlyList<string> Story { get; }

    /// <summary>The step of the write that an event read from; null if it read what nobody had written.</summary>
    internal int? StepReadFrom(int index)
    {
        int source = Causality.SourceOf(index);
        return source < 0 || Execution.Events[source].Operation is "allocate" or "free"
            ? null
            : Execution.Events[source].Step;
    }

    /// <summary>The stretches of events that matter to the failure, or do not, in turns.</summary>
    internal IEnumerable<(int First, int Count, bool Matter)> Stretches()
    {
        for (int first = 0; first < Matters.Length;)
        {
            int end = first;
            while (end < Matters.Length && Matters[end] == Matters[first])
            {
                end++;
            }

            yield return (first, end - first, Matters[first]);
            first = end;
        }
    }

    /// <summary>Counts the events of a stretch by thread: <c>main 12, m1 3</c>.</summary>
    internal string DescribeStretch(int first, int count)
    {
        IEnumerable<string> shares = Execution.Events
            .Skip(first)
            .Take(count)
            .CountBy(entry => entry.Thread)
            .OrderBy(share => share.Key)
            .Select(share => string.Create(
                CultureInfo.InvariantCulture, $"{Execution.Threads[share.Key]} {share.Value}"));
        return string.Create(
            CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "row" : "rows")}: {string.Join(", ", shares)}");
    }
}
