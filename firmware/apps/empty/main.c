/* The smallest firmware: what everything else is measured against. */
int main(void)
{
    return 0;
}
