using System.Globalization;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>What the shards of one exploration came to together.</summary>
/// <param name="Scenario">What was explored.</param>
/// <param name="Strategy">The strategy.</param>
/// <param name="Shards">The numbers of the shards that are there, from 1, ascending.</param>
/// <param name="ShardCount">How many there are in all.</param>
/// <param name="Executions">Executions that ended.</param>
/// <param name="Blocked">Executions of an exhaustive search that were cut short.</param>
/// <param name="Distinct">How many executions differ; about so many if there are more than a thousand and it was no proof.</param>
/// <param name="Steps">Steps of all of them together.</param>
/// <param name="Parts">How many parts an exhaustive search has; 0 for the others, and if no shard came so far.</param>
/// <param name="Done">How many of them were explored to their ends.</param>
/// <param name="IsWhole">Whether nothing is missing.</param>
/// <param name="Verdict">All that in a phrase.</param>
/// <param name="Failures">The failures found.</param>
internal sealed record MergedSearch(
    string Scenario,
    string Strategy,
    IReadOnlyList<int> Shards,
    int ShardCount,
    long Executions,
    long Blocked,
    long Distinct,
    long Steps,
    int Parts,
    int Done,
    bool IsWhole,
    string Verdict,
    IReadOnlyList<RecordedFailure> Failures)
{
    /// <summary>Joins the records of one scenario.</summary>
    /// <param name="records">The records, and the files that they are from.</param>
    /// <exception cref="InputException">They are not of the same exploration, or two are of the same shard.</exception>
    public static MergedSearch Of(IReadOnlyList<(string File, SearchRecord Record)> records)
    {
        (string firstFile, SearchRecord first) = records[0];
        foreach ((string file, SearchRecord record) in records.Skip(1))
        {
            if (first.DifferenceFrom(record) is { } difference)
            {
                throw new InputException(
                    $"'{file}' is of another exploration than '{firstFile}': of {first.Scenario}, {difference}");
            }
        }

        foreach (var same in records.GroupBy(entry => entry.Record.Shard.Number).Where(group => group.Count() > 1))
        {
            throw new InputException(
                $"{string.Join(" and ", same.Select(entry => $"'{entry.File}'"))} are both of shard {same.First().Record.Shard} "
                + $"of {first.Scenario}");
        }

        return Join([.. records.Select(entry => entry.Record).OrderBy(record => record.Shard.Number)]);
    }

    private static MergedSearch Join(SearchRecord[] records)
    {
        SearchRecord first = records[0];
        int[] sizes = [.. records.Select(record => record.Cubes).Where(cubes => cubes > 0).Distinct()];
        if (sizes.Length > 1)
        {
            throw new InputException(
                $"of {first.Scenario}, one shard's search has {sizes[0]} parts, and another one's {sizes[1]}");
        }

        // A search that was over before it was split is in each shard's record.
        CubeRecord[] done = [.. records.SelectMany(record => record.Done).DistinctBy(cube => cube.Number)];
        int parts = sizes.FirstOrDefault();
        int[] missing = [.. Enumerable.Range(1, first.Shard.Count).Except(records.Select(record => record.Shard.Number))];
        RecordedFailure[] failures =
            [.. records.SelectMany(record => record.Failures).OrderBy(failure => failure.Execution)];
        bool isWhole = first.IsExhaustive ? parts > 0 && done.Length == parts : missing.Length == 0;
        bool isCut = records.Any(record => record.IsCut) || done.Any(cube => cube.IsCut);
        return new MergedSearch(
            first.Scenario,
            first.Strategy,
            [.. records.Select(record => record.Shard.Number)],
            first.Shard.Count,
            first.IsExhaustive ? done.Sum(cube => cube.Executions) : records.Sum(record => record.Sampled),
            done.Sum(cube => cube.Blocked),
            CountDistinct(first, records, done),
            first.IsExhaustive ? done.Sum(cube => cube.Steps) : records.Sum(record => record.Steps),
            parts,
            done.Length,
            isWhole,
            Say(first, failures, isWhole, isCut, parts - done.Length, missing),
            failures);
    }

    private static long CountDistinct(SearchRecord first, SearchRecord[] records, CubeRecord[] done)
        => first.IsExhaustive && first.Preemptions is null
            ? done.Sum(cube => cube.Executions)
            : (first with { Distinct = [.. records.SelectMany(record => record.Distinct)] }).DistinctCount;

    private static string Say(
        SearchRecord first, RecordedFailure[] failures, bool isWhole, bool isCut, int missingParts, int[] missing)
    {
        if (failures.Length > 0)
        {
            return $"it fails: {KebabCase.From(failures[0].Kind)}";
        }

        string absent = missing.Length == 0 ? "" : $"; of shards {string.Join(", ", missing)} there is no checkpoint";
        if (!first.IsExhaustive)
        {
            return isWhole ? "no failure" : $"no failure so far{absent}";
        }

        string bound = isCut
            ? string.Create(CultureInfo.InvariantCulture, $" with at most {first.Preemptions} preemptions")
            : "";
        return isWhole
            ? $"every interleaving{bound} explored: no failure"
            : $"not every interleaving explored, {FailureText.Count(Math.Max(1, missingParts), "part")} missing: "
                + $"no failure so far{absent}";
    }
}
