using System.Text.Json;
using System.Text.Json.Serialization;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>
/// The file of <c>--checkpoint</c>: how far each scenario of a hunt or proof has come. The next run with the same file
/// goes on from there, and <c>testbed merge</c> joins those of all shards.
/// </summary>
/// <remarks>
/// It is replaced as a whole, so that whoever reads it, after a kill too, finds an old one or a new one. Not safe for
/// several threads.
/// </remarks>
internal sealed class CheckpointFile
{
    private const int Version = 1;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private readonly List<SearchRecord> _records = [];

    private CheckpointFile(string path) => Path = path;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>What it holds, a record a scenario.</summary>
    public IReadOnlyList<SearchRecord> Records => _records;

    /// <summary>Why it could not be written when that was tried last, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <exception cref="InputException">It cannot be read, or is not such a file.</exception>
    public static CheckpointFile Read(string path)
    {
        try
        {
            Content content = JsonSerializer.Deserialize<Content>(File.ReadAllText(path), s_json)
                ?? throw new JsonException("it is null");
            if (content.Testbed != Version)
            {
                throw new JsonException($"its version is {content.Testbed}, not {Version}");
            }

            var file = new CheckpointFile(path);
            file._records.AddRange(content.Scenarios);
            file.RequireSense();
            return file;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"'{path}' cannot be read: {failure.Message}", failure);
        }
        catch (JsonException failure)
        {
            throw new InputException($"'{path}' is no checkpoint of testbed, or damaged: {failure.Message}", failure);
        }
    }

    /// <summary>Reads a file, or begins one if there is none.</summary>
    /// <param name="path">Where it is or is to be.</param>
    /// <exception cref="InputException">It cannot be read or written, or is not such a file.</exception>
    public static CheckpointFile Open(string path)
    {
        CheckpointFile file = File.Exists(path) ? Read(path) : new CheckpointFile(path);
        file.Write();
        return file.Problem is null ? file : throw new InputException($"--checkpoint: {file.Problem}");
    }

    /// <summary>What it holds of an exploration, or null.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="options">How it is explored.</param>
    /// <exception cref="InputException">It holds one of the scenario that is another one.</exception>
    public SearchRecord? Find(string scenario, ExplorationOptions options)
    {
        SearchRecord? found = _records.Find(record => record.Scenario == scenario);
        SearchRecord wanted = SearchRecord.Empty(scenario, options);
        string? difference = found is null ? null
            : wanted.DifferenceFrom(found)
                ?? (found.Shard == wanted.Shard ? null : $"its shard is {found.Shard}, not {wanted.Shard}");
        return difference is null
            ? found
            : throw new InputException($"'{Path}' cannot be gone on with: of {scenario}, {difference}");
    }

    /// <summary>Replaces what it holds of a scenario, and writes it.</summary>
    /// <param name="record">How far the scenario has come.</param>
    public void Keep(SearchRecord record)
    {
        int place = _records.FindIndex(other => other.Scenario == record.Scenario);
        if (place < 0)
        {
            _records.Add(record);
        }
        else
        {
            _records[place] = record;
        }

        Write();
    }

    private void Write()
    {
        string fresh = Path + ".new";
        try
        {
            File.WriteAllText(fresh, JsonSerializer.Serialize(new Content(Version, _records), s_json));
            File.Move(fresh, Path, overwrite: true);
            Problem = null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Problem = $"'{Path}' cannot be written: {failure.Message}";
        }
    }

    private void RequireSense()
    {
        foreach (SearchRecord record in _records)
        {
            IEnumerable<int> done = record.Done.Select(cube => cube.Number);
            if (record.Sampled < 0
                || record.Cubes < 0
                || record.Shard.Number < 1
                || record.Shard.Number > record.Shard.Count
                || done.Distinct().Count() != record.Done.Count
                || done.Any(number => number < 0 || number >= Math.Max(1, record.Cubes)))
            {
                throw new JsonException($"its record of {record.Scenario} makes no sense");
            }
        }
    }

    private sealed record Content(int Testbed, IReadOnlyList<SearchRecord> Scenarios);
}
