namespace Testbed.Cli.Workloads;

/// <summary>Text as words of 8 bytes, four characters each, the first lowest.</summary>
internal static class TextWords
{
    private const int CharactersPerWord = 4;

    /// <summary>How many words a text needs.</summary>
    /// <param name="characters">How many characters it has.</param>
    public static int CountOf(int characters) => (characters + CharactersPerWord - 1) / CharactersPerWord;

    /// <summary>A word of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="index">Which word.</param>
    public static long Pack(ReadOnlySpan<char> text, int index)
    {
        long word = 0;
        int start = index * CharactersPerWord;
        for (int i = Math.Min(start + CharactersPerWord, text.Length) - 1; i >= start; i--)
        {
            word = (word << 16) | text[i];
        }

        return word;
    }

    /// <summary>A checksum with the words of a text added.</summary>
    /// <param name="text">The text.</param>
    /// <param name="sum">The checksum of what comes before.</param>
    public static long Sum(ReadOnlySpan<char> text, long sum)
    {
        for (int i = 0; i < CountOf(text.Length); i++)
        {
            sum = Checksum.Add(sum, Pack(text, i));
        }

        return sum;
    }
}
