using System.Text.Json.Serialization;

namespace Testbed.Explorer;

/// <summary>The members of a trace file, in their order.</summary>
internal sealed class TraceForm
{
    public required int Version { get; init; }

    public required string Scenario { get; init; }

    public required SortedDictionary<string, string> Parameters { get; init; }

    public required string Fingerprint { get; init; }

    public required string Strategy { get; init; }

    public required ulong Seed { get; init; }

    public required long Execution { get; init; }

    public required int MaxSteps { get; init; }

    public required FailureForm Failure { get; init; }

    /// <summary>How many steps follow: a file that lost some is noticed.</summary>
    public required int StepCount { get; init; }

    public required List<string> Operations { get; init; }

    public required List<string> Steps { get; init; }

    public required List<string> Choices { get; init; }
}

/// <summary>The failure in a trace file.</summary>
internal sealed class FailureForm
{
    public required string Kind { get; init; }

    public required string Message { get; init; }

    public required int Step { get; init; }
}

/// <summary>Reads and writes trace files without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TraceForm))]
internal sealed partial class TraceJson : JsonSerializerContext;
