using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Testbed.Cli.Weaken;

/// <summary>What <c>testbed weaken</c> found: the JSON object that it prints, and takes up again. Immutable.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Iterations">How many executions of each scenario a mutant was hunted in at most.</param>
/// <param name="TimeoutSeconds">How long a mutant was hunted at most.</param>
/// <param name="Mutants">The results, in the order of the sources.</param>
internal sealed record WeakenReport(
    ulong Seed, long Iterations, double TimeoutSeconds, IReadOnlyList<MutantResult> Mutants)
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>Reads a file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The results; none if there is no such file.</returns>
    /// <exception cref="InputException">It cannot be read, or holds something else.</exception>
    public static IReadOnlyList<MutantResult> Load(string path)
    {
        try
        {
            return File.Exists(path)
                ? JsonSerializer.Deserialize<WeakenReport>(File.ReadAllText(path), s_options)?.Mutants ?? []
                : [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new InputException($"--resume: '{path}' cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Writes it to a file: all of it, or nothing.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It cannot be written.</exception>
    public void Save(string path)
    {
        try
        {
            string next = path + ".new";
            File.WriteAllText(next, Write() + "\n");
            File.Move(next, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--resume: '{path}' cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>The JSON object.</summary>
    public string Write() => JsonSerializer.Serialize(this, s_options);
}
