using System.Text.Json;

namespace Testbed.Bugs;

/// <summary>
/// Why mutants survive: what a person wrote of each, in <c>docs/weaken-reasons.json</c>, by the mutant's id. Immutable.
/// </summary>
public sealed class SurvivorReasons
{
    private const string Resource = "docs/weaken-reasons.json";

    private readonly Dictionary<string, string> _reasons;

    private SurvivorReasons(Dictionary<string, string> reasons) => _reasons = reasons;

    /// <summary>The reasons that the program was built with.</summary>
    /// <exception cref="PatchException">They are malformed.</exception>
    public static SurvivorReasons Embedded()
        => Parse(EmbeddedText.Read(typeof(SurvivorReasons).Assembly, "docs/")[Resource]);

    /// <summary>Reads reasons.</summary>
    /// <param name="json">One object: a reason by the id of its mutant.</param>
    /// <exception cref="PatchException">They are malformed, or one of them is empty.</exception>
    public static SurvivorReasons Parse(string json)
    {
        try
        {
            Dictionary<string, string?> reasons = JsonSerializer.Deserialize<Dictionary<string, string?>>(json)
                ?? throw new JsonException("they are null");
            if (reasons.FirstOrDefault(entry => string.IsNullOrWhiteSpace(entry.Value)) is { Key: { } empty })
            {
                throw new PatchException($"the reason why '{empty}' survives is empty");
            }

            return new SurvivorReasons(reasons.ToDictionary(entry => entry.Key, entry => entry.Value!));
        }
        catch (JsonException failure)
        {
            throw new PatchException($"the reasons of survivors are malformed: {failure.Message}", failure);
        }
    }

    /// <summary>Why a mutant survives, or null if nobody wrote it.</summary>
    /// <param name="mutant">The mutant's id.</param>
    public string? Of(string mutant) => _reasons.GetValueOrDefault(mutant);

    /// <summary>Checks that each reason is one of a mutant that there is.</summary>
    /// <param name="mutants">The mutants that there are.</param>
    /// <exception cref="PatchException">One is not: the operation was changed, and so may be what was said of it.</exception>
    public void RequireMutants(IEnumerable<Mutant> mutants)
    {
        var ids = mutants.Select(mutant => mutant.Id).ToHashSet();
        if (_reasons.Keys.Where(id => !ids.Contains(id)).Order(StringComparer.Ordinal).FirstOrDefault() is { } stale)
        {
            throw new PatchException($"{Resource} has a reason for '{stale}', and there is no such mutant any more");
        }
    }
}
