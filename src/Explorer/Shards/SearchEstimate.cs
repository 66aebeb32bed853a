using System.Globalization;

namespace Testbed.Explorer;

/// <summary>
/// How many executions an exhaustive search has, as far as the parts tell that have ended: the search is split into
/// many, they are explored in an order drawn at random, and so the first ones are a sample of all.
/// </summary>
/// <remarks>
/// Cluster sampling without replacement: the mean of the sample times the number of parts, and two standard errors each
/// way. Parts differ in size, mostly a few large ones among many small, so that the true number lies more often above
/// the interval than below: <c>bench -- estimates</c> measures how often.
/// </remarks>
/// <param name="Total">The number of executions, by the estimate.</param>
/// <param name="Low">The lower end of the interval; never below what has ended.</param>
/// <param name="High">The upper end of the interval.</param>
/// <param name="Sample">How many parts the estimate goes by.</param>
/// <param name="Parts">How many parts there are.</param>
public sealed record SearchEstimate(double Total, double Low, double High, int Sample, int Parts)
{
    /// <summary>With fewer parts nothing is said: then the truth would lie outside of most intervals.</summary>
    internal const int LeastSample = 16;

    /// <summary>The estimate in a phrase.</summary>
    public override string ToString()
        => string.Create(
            CultureInfo.InvariantCulture,
            $"about {Total:N0} executions ({Low:N0} to {High:N0}), by {Sample} of {Parts} parts");

    /// <summary>Estimates from the first parts' sizes.</summary>
    /// <param name="sizes">Executions of each part of the sample.</param>
    /// <param name="parts">How many parts there are.</param>
    /// <param name="ended">Executions that have ended in all parts.</param>
    /// <returns>The estimate; null if the sample is too small.</returns>
    internal static SearchEstimate? From(IReadOnlyList<long> sizes, int parts, long ended)
    {
        int sample = sizes.Count;
        if (sample < LeastSample)
        {
            return null;
        }

        double mean = sizes.Average();
        double variance = sizes.Sum(size => (size - mean) * (size - mean)) / (sample - 1);
        double error = parts * Math.Sqrt(variance / sample * (1 - (sample / (double)parts)));
        double total = parts * mean;
        return new SearchEstimate(
            Math.Max(ended, total),
            Math.Max(ended, total - (2 * error)),
            Math.Max(ended, total + (2 * error)),
            sample,
            parts);
    }
}
