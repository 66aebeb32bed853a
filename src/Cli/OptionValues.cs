using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>Reads the values of options, with messages that say what would be right.</summary>
internal static class OptionValues
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(30);

    /// <summary>The parser of a whole number.</summary>
    /// <typeparam name="T">The type of number.</typeparam>
    /// <param name="min">The smallest that is right.</param>
    /// <param name="max">The largest that is right.</param>
    public static Func<ArgumentResult, T> Whole<T>(T min, T max)
        where T : struct, IBinaryInteger<T>
        => argument =>
        {
            string text = argument.Tokens[0].Value;
            bool parsed = T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T value);
            if (!parsed || value < min || value > max)
            {
                argument.AddError($"{OptionName(argument)}: '{text}' is not a whole number from {min} to {max}");
            }

            return value;
        };

    /// <summary>The parser of a time span: seconds, or a number and one of <c>ms s m h</c>.</summary>
    /// <param name="argument">The option's argument.</param>
    public static TimeSpan? Duration(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        (string digits, double seconds) = text switch
        {
            [.. var number, 'm', 's'] => (number, 0.001),
            [.. var number, 's'] => (number, 1),
            [.. var number, 'm'] => (number, 60),
            [.. var number, 'h'] => (number, 3600),
            _ => (text, 1.0),
        };
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            || !(value * seconds > 0 && value * seconds <= s_longest.TotalSeconds))
        {
            argument.AddError($"{OptionName(argument)}: '{text}' is not a time above zero such as 30, 500ms, 5m or 2h");
            return null;
        }

        return TimeSpan.FromSeconds(value * seconds);
    }

    /// <summary>The parser of a shard.</summary>
    /// <param name="argument">The option's argument.</param>
    public static Shard Shard(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (!Explorer.Shard.TryParse(text, out Shard shard))
        {
            argument.AddError($"{OptionName(argument)}: '{text}' is not a part of a number of parts such as 2/8");
        }

        return shard;
    }

    /// <summary>The parser of words that are parted by commas.</summary>
    /// <param name="argument">The option's argument.</param>
    public static string[] List(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        string[] words = text.Split(',', StringSplitOptions.TrimEntries);
        if (words.Contains(""))
        {
            argument.AddError($"{OptionName(argument)}: '{text}' has an empty part; parts are parted by one comma each");
        }

        return words;
    }

    /// <summary>The name that the option has on the command line.</summary>
    /// <param name="argument">Its argument.</param>
    private static string OptionName(ArgumentResult argument)
        => argument.Parent is OptionResult option ? option.Option.Name : argument.Argument.Name;
}
