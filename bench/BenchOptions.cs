using System.CommandLine;

namespace Testbed.Bench;

/// <summary>Makes options of benchmarks.</summary>
internal static class BenchOptions
{
    /// <summary>A whole number within a range.</summary>
    internal static Option<int> Whole(string name, string description, int min, int max, int fallback)
        => Whole(
            name, $"{description}; from {min} to {max}", value => value >= min && value <= max,
            $"a whole number from {min} to {max}", fallback);

    /// <summary>A whole number for which a condition holds.</summary>
    internal static Option<int> Whole(
        string name, string description, Func<int, bool> isRight, string range, int fallback)
        => new(name)
        {
            Description = description,
            DefaultValueFactory = _ => fallback,
            CustomParser = argument =>
            {
                string text = argument.Tokens[0].Value;
                if (!int.TryParse(text, out int value) || !isRight(value))
                {
                    argument.AddError($"{name}: '{text}' is not {range}");
                }

                return value;
            },
        };

    /// <summary>The choice of JSON.</summary>
    internal static Option<bool> Json()
        => new("--json") { Description = "Print one JSON object in place of the table" };
}
