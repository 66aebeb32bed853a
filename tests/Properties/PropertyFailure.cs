namespace Testbed.Properties;

/// <summary>A case of which a property does not hold.</summary>
/// <param name="Original">The case as it was generated.</param>
/// <param name="Shrunk">The smallest case that was found.</param>
/// <param name="Exception">What went wrong with that.</param>
/// <param name="Seed">What generates the original again.</param>
/// <param name="Shrinks">How many times it was made smaller.</param>
internal sealed record PropertyFailure<T>(T Original, T Shrunk, Exception Exception, string Seed, int Shrinks)
    where T : class
{
    /// <summary>The shrunk case as a picture, what went wrong, the seed and the command that runs it again.</summary>
    internal string Describe(string test) => $"""
        the property does not hold of this case, shrunk {Shrinks} times:

        {Shrunk}
        {Exception.Message}
        {Exception.StackTrace}

        seed: {Seed}
        replay: {PropertyCheck.SeedVariable}={Seed} dotnet test tests/Properties -c Release --filter "FullyQualifiedName~{test}"

        """;
}
