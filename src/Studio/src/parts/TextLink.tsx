import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { Link, type LinkProps } from 'react-router';

const useStyles = makeStyles({
  link: {
    color: tokens.colorBrandForegroundLink,
    textDecorationLine: 'none',
    overflowWrap: 'break-word',
    ':hover': { textDecorationLine: 'underline', color: tokens.colorBrandForegroundLinkHover },
  },
});

/** A link to another page of the Studio. */
export function TextLink({ className, ...rest }: LinkProps) {
  return <Link {...rest} className={mergeClasses(useStyles().link, className)} />;
}
