namespace Testbed.Explorer;

/// <summary>What happened to the block that a thread used after its end; each an event's index, or -1.</summary>
/// <param name="Made">Where it was allocated.</param>
/// <param name="Taken">Where the thread that used it had last read an address of it.</param>
/// <param name="Freed">Where it was freed.</param>
internal readonly record struct BlockLife(int Made, int Taken, int Freed)
{
    /// <summary>Finds it out; the last event is the use.</summary>
    internal static BlockLife Find(RecordedExecution execution)
    {
        RecordedEvent use = execution.Events[^1];
        int made = Last(happened => happened.Operation == "allocate" && happened.Place.Number == use.Place.Number);
        int freed = Last(happened => happened.Operation == "free" && happened.Place.Number == use.Place.Number);
        int taken = made < 0
            ? -1
            : Last(happened => happened.Thread == use.Thread
                && happened.Reads
                && IsAddressOf(happened.Before, execution.Events[made].Location));
        return new BlockLife(made, taken, freed);

        int Last(Func<RecordedEvent, bool> condition)
        {
            for (int index = execution.Events.Count - 2; index >= 0; index--)
            {
                if (condition(execution.Events[index]))
                {
                    return index;
                }
            }

            return -1;
        }
    }

    /// <summary>Those that are known.</summary>
    internal IEnumerable<int> Events() => new[] { Made, Taken, Freed }.Where(index => index >= 0);

    /// <summary>Whether a value as reports show it is the address of a block, or of something in it.</summary>
    private static bool IsAddressOf(string value, string block)
        => value.StartsWith("&" + block, StringComparison.Ordinal)
            && (value.Length == block.Length + 1 || value[block.Length + 1] is '[' or '.' or '+' or ' ');
}
