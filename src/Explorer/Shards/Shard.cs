using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Testbed.Explorer;

/// <summary>
/// Which part of an exploration a machine has, of several equal ones. Which executions belong to it follows from the
/// program and the options: the machines need not know of each other.
/// </summary>
/// <param name="Number">Its number, from 1 to <paramref name="Count"/>.</param>
/// <param name="Count">How many parts there are; at least 1.</param>
public readonly record struct Shard(int Number, int Count)
{
    /// <summary>All of it.</summary>
    public static Shard Whole { get; } = new(1, 1);

    /// <summary>Whether there is no other part.</summary>
    public bool IsWhole => Count == 1;

    /// <summary>Reads <c>I/N</c>, as in <c>2/8</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="shard">What it says.</param>
    /// <returns>Whether it says something that makes sense.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out Shard shard)
    {
        string[] parts = text?.Split('/') ?? [];
        bool isRight = parts.Length == 2
            & int.TryParse(parts.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            & int.TryParse(parts.LastOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && number >= 1
            && number <= count;
        shard = isRight ? new Shard(number, count) : Whole;
        return isRight;
    }

    /// <summary><c>I/N</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Count}");

    /// <summary>Whether a part of the work belongs to it, by its number from 0.</summary>
    internal bool Has(long part) => part % Count == Number - 1;
}
